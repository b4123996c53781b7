/** What is known of parts of clips: rows of tokens, and bags of them. */
package org.unmute.probes.truth;
