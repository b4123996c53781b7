/** Encoders opened from a file and settings, with the cache key of their tokens. Start at {@link OpenEncoder}. */
package org.unmute.events.encoder;
