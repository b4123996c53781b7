/** Lengths, warnings and stretches of the recordings given to commands. */
package org.unmute.cli.audio;
