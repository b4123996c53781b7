/** How the command report compares runs, explains clips, and replaces an earlier report. */
package org.unmute.cli.report;
