/** Options that several commands share. */
package org.unmute.cli.option;
