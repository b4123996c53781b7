/**
 * Reads the folders that {@code unmute benchmark} writes and computes the contents of the paper's tables and figures.
 */
package org.unmute.benchmark.results;
