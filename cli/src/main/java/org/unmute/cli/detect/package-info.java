/** The page of {@code unmute detect}. */
package org.unmute.cli.detect;
