/** Division of clips into splits, by groups that must not be in two of them, and audits of labels and splits. */
package org.unmute.data.split;
