/**
 * Reads the folders that {@code unmute benchmark} leaves and computes from them what the paper's tables and figures
 * show.
 */
package org.unmute.experiments.results;
