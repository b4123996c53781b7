/** Reading recordings: a part of a recording as a separate stream, and the digest of a file while it is read. */
package org.unmute.events.recording;
