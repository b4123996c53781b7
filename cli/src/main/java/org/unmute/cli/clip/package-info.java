/** Which events the command clips cuts, and the folder that it writes. */
package org.unmute.cli.clip;
