"""The OpenAPI document: what django-ninja derives from the code, with the problems every operation may answer."""

from typing import Any

from django.urls import reverse
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.types import DictStrAny

from tongban.sites.openapi.problems import MEDIA_TYPE

_PROBLEM: dict[str, Any] = {  # JSON schema
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
        "current_status": {"type": "string"},
        "action": {"type": "string"},
        "refusal": {"type": "string"},
        "exchange_id": {"type": ["string", "null"], "format": "uuid"},
        "wanted_status": {"type": "array", "items": {"type": "string"}},
        "reason": {"type": "string"},
    },
}
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


class DepartmentApi(NinjaAPI):
    """The API of department systems."""

    def get_root_path(self, path_params: DictStrAny) -> str:
        return reverse("openapi:v1:api-root", kwargs=path_params)

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document["components"]["schemas"]["Problem"] = _PROBLEM
        answer = {
            "description": "没有完成；原因见 code 和 detail",
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        document["components"]["responses"] = {"Problem": answer}
        for operations in document["paths"].values():
            for method in _METHODS & operations.keys():
                operations[method]["responses"] |= {"4XX": answer, "503": answer}
        return document
