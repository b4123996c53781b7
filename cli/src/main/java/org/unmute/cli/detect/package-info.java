/** What {@code unmute detect} is given, does and writes, the page of its events among it. */
package org.unmute.cli.detect;
