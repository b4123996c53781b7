/** Sources, backgrounds and recordings of {@code unmute soundscape}. */
package org.unmute.cli.scene;
