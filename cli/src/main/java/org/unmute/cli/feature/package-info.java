/** Features of recordings, and the files that the command features writes. */
package org.unmute.cli.feature;
