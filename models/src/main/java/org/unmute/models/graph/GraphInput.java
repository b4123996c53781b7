package org.unmute.models.graph;

import org.jspecify.annotations.Nullable;

/**
 * What a graph is given.
 *
 * @param name its name
 * @param type of its elements, or null if it is none that is computed with
 * @param sizes -1 for one that is free; null if the graph does not state a shape
 */
record GraphInput(String name, @Nullable OnnxType type, long @Nullable [] sizes) {}
