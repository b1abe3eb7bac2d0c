"""The story of the three life events, played over HTTP as citizens and officers would in their browsers."""
