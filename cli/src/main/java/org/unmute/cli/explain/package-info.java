/** The sound that the command explain explains, and the folder that it writes. */
package org.unmute.cli.explain;
