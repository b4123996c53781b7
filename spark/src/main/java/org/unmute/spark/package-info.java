/**
 * Unmute on Apache Spark: encoders, probes and detectors as transformations of {@code Dataset}s, and the applications
 * that {@code spark-submit} starts.
 */
package org.unmute.spark;
