/* Operators in TensorFlow's and Paddle's graphs, as Protocol Buffers write their names (NodeDef.op is field 2). */

rule graph_runs_code
{
	meta:
		check = "yara/graph-operator"
		scope = "binary"
		description = "an operator of a graph that runs Python, loads a library or writes files"
	strings:
		$py = "\x12\x06PyFunc"
		$stateless = "\x12\x0fPyFuncStateless"
		$eager = "\x12\x0bEagerPyFunc"
		$write = "\x12\x09WriteFile"
		$load = "\x12\x0bLoadLibrary"
		$paddle = "\x1a\x07py_func"
	condition:
		any of them
}

rule graph_reads_files
{
	meta:
		check = "yara/graph-file-access"
		scope = "binary"
		description = "an operator of a graph that reads or lists files"
	strings:
		$read = "\x12\x08ReadFile"
		$list = "\x12\x0dMatchingFiles"
		$debug = "\x12\x0fDebugIdentityV2"
	condition:
		any of them
}

rule keras_lambda
{
	meta:
		check = "yara/lambda-layer"
		scope = "binary"
		description = "a Lambda layer of Keras in the configuration of a model"
	strings:
		$layer = /"class_name":\s{0,4}"Lambda"/
	condition:
		$layer
}
