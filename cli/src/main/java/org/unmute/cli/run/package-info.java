/** Reads and hashes the input files of a run. */
package org.unmute.cli.run;
