/** Saved probes, the tokens and labels they are used with, and their scores. */
package org.unmute.cli.probe;
