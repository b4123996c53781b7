/** ONNX graphs to be written: nodes, weights and metadata, and protobuf's wire format. */
package org.unmute.convert.graph;
