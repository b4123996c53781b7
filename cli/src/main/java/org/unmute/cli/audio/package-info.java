/** Lengths, warnings, stretches and pooled vectors of the recordings given to commands. */
package org.unmute.cli.audio;
