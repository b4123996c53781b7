/** What commands find out and say about the recordings they are given. */
package org.unmute.cli.audio;
