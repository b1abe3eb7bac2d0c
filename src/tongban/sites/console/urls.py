"""Addresses of the console, the officers' door."""

from django.urls import URLPattern, URLResolver, path

from tongban.sites.console.views import (
    assistance,
    counter,
    dossier,
    editing,
    licence_reports,
    manual,
    queue,
    tasks,
)

app_name = "console"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", queue.show_queue, name="queue"),
    path("accept/", queue.accept_selected, name="accept_selected"),
    path("columns/", queue.choose_columns, name="columns"),
    path("views/", queue.save_view, name="save_view"),
    path("views/<uuid:view_id>/delete/", queue.delete_view, name="delete_view"),
    path("cases/<str:number>/", dossier.show_dossier, name="dossier"),
    path("cases/<str:number>/clock/", dossier.explain_clock, name="clock"),
    path("cases/<str:number>/points/", dossier.tick_points, name="points"),
    path("cases/<str:number>/files/<uuid:attachment_id>/", dossier.open_attachment, name="attachment"),
    path("cases/<str:number>/acts/<slug:slug>/", dossier.act, name="act"),
    path("cases/<str:number>/fetch/", assistance.fetch, name="fetch"),
    path("assistance/", assistance.list_assistance, name="assistance"),
    path("assistance/<uuid:request_id>/", assistance.answer, name="answer_assistance"),
    path("assistance/<uuid:request_id>/document/", assistance.open_document, name="assistance_document"),
    path("papers/<uuid:paper_id>.pdf", dossier.open_paper, name="paper"),
    path("checks/", tasks.list_checks, name="checks"),
    path("checks/<uuid:check_id>/", tasks.settle, name="settle"),
    path("calls/<uuid:call_id>/", tasks.settle_call, name="settle_call"),
    path("oversight/", tasks.oversee, name="oversight"),
    path("oversight/broken-promises/<uuid:record_id>/", tasks.repair, name="repair"),
    path("letters/", tasks.list_dead_letters, name="dead_letters"),
    path("letters/<int:letter_id>/retry/", tasks.retry, name="retry"),
    path("counter/", counter.pull, name="counter"),
    path("calendar/", tasks.calendar, name="calendar"),
    path("cover/", tasks.cover, name="cover"),
    path("manuals/", manual.list_manuals, name="manuals"),
    path("manuals/<uuid:substance_id>/<uuid:procedure_id>/", manual.show_manual, name="manual"),
    path("licences/reports/", licence_reports.list_reports, name="licence_reports"),
    path("licences/reports/<uuid:report_id>/", licence_reports.answer, name="licence_report"),
    path("items/", editing.list_items, name="items"),
    path("searches/", editing.list_zero_hits, name="zero_hits"),
    path("searches/adopt/", editing.adopt_word, name="adopt_word"),
    path("items/<slug:kind>/<uuid:owner_id>/draft/", editing.draft, name="draft"),
    path("items/substance/<uuid:version_id>/", editing.edit_substance, name="substance"),
    path("items/procedure/<uuid:version_id>/", editing.edit_procedure, name="procedure"),
    path("items/<slug:kind>/<uuid:version_id>/preview/", editing.preview, name="preview"),
    path("items/substance/<uuid:version_id>/materials/", editing.add_material, name="new_material"),
    path("items/substance/<uuid:version_id>/materials/<str:code>/", editing.edit_material, name="material"),
    path(
        "items/substance/<uuid:version_id>/materials/<str:code>/remove/",
        editing.remove_material,
        name="remove_material",
    ),
    path(
        "items/substance/<uuid:version_id>/situations/<str:code>/", editing.edit_situation, name="situation"
    ),
    path("items/<slug:kind>/<uuid:version_id>/<slug:step>/", editing.take_step, name="version_step"),
]
