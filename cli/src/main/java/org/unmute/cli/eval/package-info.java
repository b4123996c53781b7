/** What the command eval computes for clips. */
package org.unmute.cli.eval;
