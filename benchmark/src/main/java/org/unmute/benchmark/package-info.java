/** Shared parts of a benchmark: the signal that stops it, and the timing of repeated actions. */
package org.unmute.benchmark;
