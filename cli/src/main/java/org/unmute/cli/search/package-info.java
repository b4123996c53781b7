/** What the command search looks for, how it compares, and what it found. */
package org.unmute.cli.search;
