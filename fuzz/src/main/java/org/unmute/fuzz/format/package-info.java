/**
 * The readers that are fuzzed, one {@link org.unmute.fuzz.format.FuzzTarget} each, with seeds and the checksums that
 * must be made right again after a change.
 */
package org.unmute.fuzz.format;
