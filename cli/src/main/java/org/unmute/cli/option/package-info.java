/** Options shared by several commands. */
package org.unmute.cli.option;
