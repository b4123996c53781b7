/** Scores of clips and their metrics, as tables for a terminal and as documents. */
package org.unmute.cli.score;
