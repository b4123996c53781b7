/**
 * ONNX files: their weights as data, and their graphs, checked as a whole and then computed by the engine. Nothing
 * outside the file is opened. Start at {@code Graph}; {@code GraphOps} lists the ops.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.graph;

import org.jspecify.annotations.NullMarked;
