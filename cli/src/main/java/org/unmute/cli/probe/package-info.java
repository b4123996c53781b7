/** Saved probes, the tokens and labels that they are used with, and their scores. */
package org.unmute.cli.probe;
