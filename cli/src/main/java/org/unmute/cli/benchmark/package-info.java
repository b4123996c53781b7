/** What the command benchmark may take, and how it joins runs of one grid. */
package org.unmute.cli.benchmark;
