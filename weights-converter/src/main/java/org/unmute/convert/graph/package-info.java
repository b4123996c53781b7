/**
 * ONNX graphs to be written: nodes, weights and metadata, and protobuf's wire format.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.convert.graph;

import org.jspecify.annotations.NullMarked;
