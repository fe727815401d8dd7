#pragma once

// ONNX's message classes, with the definitions that Debian's libonnx is built with.
#include <onnx/onnx_pb.h>
