/** What is to be embedded and what it is labelled with: lists of recordings, label files, class vocabularies. */
package org.unmute.experiments.data;
