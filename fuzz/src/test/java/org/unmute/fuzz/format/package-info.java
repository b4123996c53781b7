/**
 * The readers to be fuzzed, one {@link org.unmute.fuzz.format.FuzzTarget} each, with seeds and the correction of
 * checksums after modifications.
 */
package org.unmute.fuzz.format;
