/** Comparison of an encoder with features that the original code exported. */
package org.unmute.cli.verify;
