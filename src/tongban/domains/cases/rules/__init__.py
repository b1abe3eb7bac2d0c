"""Pure decisions about cases: values in, values out, the law cited."""
