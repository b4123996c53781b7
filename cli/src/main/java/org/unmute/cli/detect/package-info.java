/** What {@code unmute detect} is made of besides the engine: its options, the probe and encoder, and its text. */
package org.unmute.cli.detect;
