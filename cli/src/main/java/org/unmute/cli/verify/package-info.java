/** Comparison of an encoder with features exported from the original code. */
package org.unmute.cli.verify;
