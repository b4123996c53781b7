/** What the command eval scores, against what, and what it shows of it. */
package org.unmute.cli.eval;
