/**
 * Unmute on Apache Spark: encoders, probes and detectors as transformations of {@code Dataset}s, and the applications
 * started by {@code spark-submit}.
 */
package org.unmute.spark;
