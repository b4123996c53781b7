/** What is known of encoders, for the terminal. */
package org.unmute.cli.encoder;
