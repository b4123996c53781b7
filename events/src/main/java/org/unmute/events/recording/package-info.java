/** Recordings as they are read: a part of one as a stream of its own, and the digest of a file on the way. */
package org.unmute.events.recording;
