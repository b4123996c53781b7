/**
 * Multi-label scenes of single events: procedural sounds that need no recordings, and mixes of labelled recordings. The
 * same seed gives bit-identical samples on every machine.
 */
package org.unmute.data.scene;
