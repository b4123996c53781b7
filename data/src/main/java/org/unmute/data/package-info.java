/** Lists of recordings to embed, label files and class vocabularies. */
package org.unmute.data;
