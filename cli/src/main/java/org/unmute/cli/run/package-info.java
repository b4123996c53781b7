/** The record of a run: what is needed to repeat it. */
package org.unmute.cli.run;
