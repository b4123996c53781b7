/** What the command export writes. */
package org.unmute.cli.export;
