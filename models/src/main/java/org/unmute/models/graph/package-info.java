/**
 * Weights in ONNX files, read as data: no graph is run, and nothing outside the file is opened.
 *
 * @since 0.2.0
 */
@NullMarked
package org.unmute.models.graph;

import org.jspecify.annotations.NullMarked;
