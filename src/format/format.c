/* The table of formats: one row for each, sorted by name. */
#include "config.h"

#include "format/format.h"

extern const struct format format_7z, format_bzip2, format_closed, format_engine, format_ggml,
    format_gguf, format_gzip, format_hdf5, format_joblib, format_json, format_jsonl, format_keras,
    format_keras_config, format_keras_metadata, format_lz4, format_lzma, format_markdown,
    format_markup, format_media, format_notebook, format_npz, format_numpy, format_onnx,
    format_pickle, format_python, format_safetensors, format_skops, format_skops_schema,
    format_source, format_table, format_tar, format_tensorflow, format_template, format_text,
    format_torch, format_torch_legacy, format_torchscript, format_torchserve,
    format_torchserve_part, format_vocabulary, format_xz, format_yaml, format_zip, format_zlib,
    format_zstd;

const struct format *const formats[] = {
	&format_7z,
	&format_bzip2,
	&format_closed,
	&format_ggml,
	&format_gguf,
	&format_gzip,
	&format_hdf5,
	&format_joblib,
	&format_json,
	&format_jsonl,
	&format_keras,
	&format_keras_config,
	&format_keras_metadata,
	&format_lz4,
	&format_lzma,
	&format_markdown,
	&format_markup,
	&format_media,
	&format_notebook,
	&format_npz,
	&format_numpy,
	&format_onnx,
	&format_pickle,
	&format_python,
	&format_safetensors,
	&format_skops,
	&format_skops_schema,
	&format_source,
	&format_table,
	&format_tar,
	&format_tensorflow,
	&format_engine,
	&format_template,
	&format_text,
	&format_torch,
	&format_torch_legacy,
	&format_torchscript,
	&format_torchserve,
	&format_torchserve_part,
	&format_vocabulary,
	&format_xz,
	&format_yaml,
	&format_zip,
	&format_zlib,
	&format_zstd,
	NULL,
};

const struct format *
format_by_name(const char *name)
{
	for (size_t i = 0; formats[i] != NULL; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}
